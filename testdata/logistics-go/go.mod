module example.com/logistics

go 1.24

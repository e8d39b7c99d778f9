module github.com/stateaudit/stateaudit

go 1.26

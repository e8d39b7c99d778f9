class ApplicationMailer < ActionMailer::Base
  default from: "parcels@logistics.example.com"
end

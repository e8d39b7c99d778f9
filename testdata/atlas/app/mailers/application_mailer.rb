class ApplicationMailer < ActionMailer::Base
  default from: "shop@atlas.example.com"
  layout "mailer"
end

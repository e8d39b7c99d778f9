require "mail_layout"

MailLayout.theme = "plain"
MailLayout.footer = "Atlas Ltd, 1 Harbour Street"

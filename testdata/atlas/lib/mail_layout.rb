module MailLayout
  mattr_accessor :theme, default: "plain"
  mattr_accessor :footer
end

# Switches that support can throw without a deployment.
class FeatureFlags
  DEFAULTS = { "express_checkout" => true, "smart_search" => false }.freeze

  class << self
    attr_accessor :overrides # want: mutable-singleton group=feature-flag

    def enabled?(name)
      (overrides || DEFAULTS).fetch(name, DEFAULTS.fetch(name, false))
    end

    def toggle(name, value)
      self.overrides = (overrides || DEFAULTS).merge(name => value)
    end
  end
end

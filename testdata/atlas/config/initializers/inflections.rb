ActiveSupport::Inflector.inflections(:en) do |inflect|
  inflect.uncountable "feedback"
end

module ApplicationHelper
  BADGES = { "open" => "grey", "completed" => "green", "cancelled" => "red" }.freeze

  def badge(status)
    tag.span(status, class: "badge #{BADGES.fetch(status, 'grey')}")
  end

  def money(amount, currency)
    "#{number_with_precision(amount, precision: 2)} #{currency}"
  end
end

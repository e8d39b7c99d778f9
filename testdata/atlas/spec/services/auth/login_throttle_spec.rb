require "rails_helper"

RSpec.describe Auth::LoginThrottle do
  CALLS = []

  it "blocks after five failures" do
    5.times { CALLS << described_class.failed("a@example.com") }
    expect(described_class.blocked?("a@example.com")).to be(true)
    $sent_messages << "blocked"
  end
end

// Package generate writes Rails applications of any size, to see how time and
// memory of an audit grow with the lines.
//
// An application is made of features. A feature is what one team would write: a
// model with its concern, a controller, services, a job, a mailer and a view, with
// calls among them and to the feature before.
package generate

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Options say what is written.
type Options struct {
	Lines int // at least so many
	// Copies is how many folders hold classes of the same names, as engines do that
	// began as copies of each other; 1 gives each class a name of its own.
	Copies int
}

// Rails writes an application below a folder and tells how many lines it has.
func Rails(root string, o Options) (int, error) {
	total := 0
	write := func(name, content string) error {
		full := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			return err
		}
		total += strings.Count(content, "\n")
		return os.WriteFile(full, []byte(content), 0o644)
	}
	if err := write("Gemfile", "source 'https://rubygems.org'\ngem 'rails'\ngem 'sidekiq'\n"); err != nil {
		return 0, err
	}
	var routes, schema strings.Builder
	for n := 0; total < o.Lines; n++ {
		for c := range max(o.Copies, 1) {
			folder := fmt.Sprintf("area%d/", n%40)
			top := "app/"
			if o.Copies > 1 {
				top = fmt.Sprintf("engines/shop%d/app/", c)
			}
			for _, f := range feature(n) {
				if err := write(top+f.kind+"/"+folder+f.file, f.content); err != nil {
					return 0, err
				}
			}
		}
		fmt.Fprintf(&routes, "  resources :item%ds\n", n)
		fmt.Fprintf(&schema, "  create_table \"item%ds\" do |t|\n    t.string \"name\"\n    t.string \"state\"\n    t.references :item%d\n    t.timestamps\n  end\n", n, max(n-1, 0))
	}
	if err := write("config/routes.rb", "Rails.application.routes.draw do\n"+routes.String()+"end\n"); err != nil {
		return 0, err
	}
	return total, write("db/schema.rb", "ActiveRecord::Schema.define(version: 1) do\n"+schema.String()+"end\n")
}

type source struct{ kind, file, content string }

// feature is number n of an application.
func feature(n int) []source {
	before := max(n-1, 0)
	fill := func(kind, file, content string) source {
		r := strings.NewReplacer("NN", fmt.Sprint(n), "PP", fmt.Sprint(before), "AA", fmt.Sprint(n%40))
		return source{kind, r.Replace(file), r.Replace(content)}
	}
	return []source{
		fill("models", "itemNN.rb", model), fill("controllers", "itemNNs_controller.rb", controller), fill("services", "item_serviceNN.rb", service),
		fill("jobs", "item_jobNN.rb", job), fill("mailers", "item_mailerNN.rb", mailer), fill("models/concerns", "trackedNN.rb", concern),
	}
}

const model = `# An item of area AA.
class ItemNN < ApplicationRecord
  include TrackedNN
  belongs_to :itemPP, optional: true
  has_many :children, class_name: "ItemNN", foreign_key: :itemPP_id
  validates :name, presence: true
  before_save :normalize
  after_commit :announce, on: :create
  scope :open, -> { where(state: "open") }

  STATES = %w[open closed].freeze

  def self.current
    @current ||= find_by(state: "open")
  end

  def self.lookup(name)
    @lookup ||= {}
    @lookup[name] ||= find_by(name: name)
  end

  def close!(by)
    return false if closed?

    transaction do
      update!(state: "closed")
      children.each { |c| c.close!(by) }
      itemPP&.touch
    end
    ItemServiceNN.new(self).notify(by)
    true
  end

  def closed?
    state == "closed"
  end

  def label
    "#{name} (#{state})"
  end

  private

  def normalize
    self.name = name.to_s.strip.downcase
    self.state ||= STATES.first
  end

  def announce
    ItemJobNN.perform_later(id)
  end
end
`

const controller = `class ItemNNsController < ApplicationController
  before_action :load_item, only: %i[show update destroy]

  def index
    @items = ItemNN.open.order(:name).limit(params[:limit] || 50)
    render json: @items.map(&:label)
  end

  def show
    session[:last_itemNN] = @item.id
    render json: @item
  end

  def create
    item = ItemServiceNN.new(ItemNN.new(item_params)).create
    if item.persisted?
      render json: item, status: :created
    else
      render json: item.errors, status: :unprocessable_entity
    end
  end

  def update
    if @item.update(item_params)
      Rails.cache.delete("itemNN/#{@item.id}")
      render json: @item
    else
      render json: @item.errors, status: :unprocessable_entity
    end
  end

  def destroy
    @item.close!(current_user)
    head :no_content
  end

  private

  def load_item
    @item = ItemNN.find(params[:id])
  end

  def item_params
    params.require(:itemNN).permit(:name, :state)
  end
end
`

const service = `# Makes and closes items of area AA.
class ItemServiceNN
  attr_reader :item, :errors

  def initialize(item, clock: Time)
    @item = item
    @clock = clock
    @errors = []
  end

  def create
    ItemNN.transaction do
      item.save!
      related.each { |r| r.update!(state: "open") }
    end
    ItemMailerNN.created(item).deliver_later
    item
  rescue ActiveRecord::RecordInvalid => e
    errors << e.message
    item
  end

  def notify(by)
    key = "itemNN:#{item.id}"
    return if Rails.cache.exist?(key)

    Rails.cache.write(key, @clock.now, expires_in: 5.minutes)
    ItemMailerNN.closed(item, by).deliver_later
    ItemServicePP.new(item.itemPP).refresh if item.itemPP
  end

  def refresh
    counts = Hash.new(0)
    item.children.find_each do |child|
      counts[child.state] += 1
      child.touch if child.closed?
    end
    counts.each do |state, count|
      case state
      when "open" then item.update(name: "#{item.name} #{count}")
      else Rails.logger.info("#{state}: #{count}")
      end
    end
    counts
  end

  private

  def related
    ItemPP.where(state: item.state).to_a
  end
end
`

const job = `class ItemJobNN < ApplicationJob
  queue_as :default

  def perform(id)
    item = ItemNN.find_by(id: id)
    return unless item

    ItemServiceNN.new(item).refresh
    ItemPP.current&.close!(nil)
  end
end
`

const mailer = `class ItemMailerNN < ApplicationMailer
  def created(item)
    @item = item
    mail(to: "team@example.com", subject: item.label)
  end

  def closed(item, by)
    @item = item
    @by = by
    mail(to: by.email, subject: "#{item.label} closed")
  end
end
`

const concern = `module TrackedNN
  extend ActiveSupport::Concern

  included do
    after_create :track
    has_many :events, as: :subject
  end

  class_methods do
    def tracked
      where.not(state: nil)
    end
  end

  def track
    events.create!(kind: "created", at: Time.current)
  end
end
`

ActiveRecord::Schema[7.1].define(version: 2024_08_01_090000) do
  create_table "shipments", force: :cascade do |t|
    t.string "number", null: false
    t.string "sender", null: false
    t.string "recipient", null: false
    t.string "recipient_email"
    t.string "postcode", null: false
    t.decimal "weight", precision: 8, scale: 3, null: false
    t.string "status", default: "created", null: false
    t.bigint "route_id"
    t.datetime "billed_at"
    t.timestamps
  end

  create_table "parcels", force: :cascade do |t|
    t.bigint "shipment_id", null: false
    t.decimal "weight", precision: 8, scale: 3, null: false
    t.boolean "loaded", default: false, null: false
  end

  create_table "tracking_events", force: :cascade do |t|
    t.string "number", null: false
    t.string "place"
    t.string "kind", null: false
    t.datetime "happened_at", null: false
    t.index ["number"]
  end

  create_table "notification_subscriptions", force: :cascade do |t|
    t.string "number", null: false
    t.string "email", null: false
  end

  create_table "notification_messages", force: :cascade do |t|
    t.string "number", null: false
    t.string "event", null: false
    t.datetime "sent_at"
  end

  create_table "routes", force: :cascade do |t|
    t.string "postcode_prefix", null: false
    t.string "vehicle", null: false
    t.date "day", null: false
    t.decimal "load", precision: 10, scale: 3, default: "0.0", null: false
  end

  create_table "invoices", force: :cascade do |t|
    t.string "sender", null: false
    t.decimal "amount", precision: 10, scale: 2, null: false
    t.string "status", default: "open", null: false
    t.timestamps
  end

  create_table "invoice_lines", force: :cascade do |t|
    t.bigint "invoice_id", null: false
    t.bigint "shipment_id", null: false
    t.decimal "amount", precision: 10, scale: 2, null: false
  end

  add_foreign_key "parcels", "shipments"
  add_foreign_key "shipments", "routes"
  add_foreign_key "invoice_lines", "invoices"
  add_foreign_key "invoice_lines", "shipments"
end

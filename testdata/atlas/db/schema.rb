ActiveRecord::Schema[7.1].define(version: 2024_09_12_101500) do
  create_table "tenants", force: :cascade do |t|
    t.string "name", null: false
    t.string "host", null: false
    t.string "plan", default: "basic", null: false
    t.timestamps
    t.index ["host"], unique: true
  end

  create_table "tenant_settings", force: :cascade do |t|
    t.bigint "tenant_id", null: false
    t.string "key", null: false
    t.string "value"
  end

  create_table "brandings", force: :cascade do |t|
    t.bigint "tenant_id", null: false
    t.string "logo_url"
    t.string "primary_color"
  end

  create_table "users", force: :cascade do |t|
    t.bigint "tenant_id", null: false
    t.string "email", null: false
    t.string "name"
    t.string "phone"
    t.string "password_digest", null: false
    t.boolean "admin", default: false, null: false
    t.boolean "delinquent", default: false, null: false
    t.datetime "locked_at"
    t.datetime "last_seen_at"
    t.timestamps
  end

  create_table "login_audits", force: :cascade do |t|
    t.bigint "user_id"
    t.string "ip"
    t.boolean "success", null: false
    t.datetime "created_at", null: false
  end

  create_table "feature_flags", force: :cascade do |t|
    t.string "name", null: false
    t.boolean "enabled", default: false, null: false
    t.integer "rollout", default: 0, null: false
  end

  create_table "products", force: :cascade do |t|
    t.bigint "tenant_id", null: false
    t.string "sku", null: false
    t.string "title", null: false
    t.decimal "price", precision: 10, scale: 2, null: false
    t.integer "stock", default: 0, null: false
    t.timestamps
  end

  create_table "orders", force: :cascade do |t|
    t.bigint "tenant_id", null: false
    t.bigint "user_id", null: false
    t.string "status", default: "open", null: false
    t.decimal "total", precision: 10, scale: 2, default: "0.0", null: false
    t.string "currency", default: "EUR", null: false
    t.datetime "completed_at"
    t.timestamps
  end

  create_table "line_items", force: :cascade do |t|
    t.bigint "order_id", null: false
    t.bigint "product_id", null: false
    t.string "sku", null: false
    t.integer "quantity", default: 1, null: false
    t.decimal "price", precision: 10, scale: 2, null: false
  end

  create_table "subscriptions", force: :cascade do |t|
    t.bigint "user_id", null: false
    t.string "plan", null: false
    t.string "status", default: "trial", null: false
    t.integer "sign_ins", default: 0, null: false
    t.datetime "renews_at"
  end

  create_table "invoices", force: :cascade do |t|
    t.bigint "user_id", null: false
    t.bigint "order_id"
    t.decimal "amount", precision: 10, scale: 2, null: false
    t.string "currency", null: false
    t.string "status", default: "open", null: false
    t.date "due_on"
    t.timestamps
  end

  create_table "payments", force: :cascade do |t|
    t.bigint "invoice_id", null: false
    t.string "provider_id", null: false
    t.decimal "amount", precision: 10, scale: 2, null: false
    t.timestamps
  end

  create_table "notification_preferences", force: :cascade do |t|
    t.bigint "user_id", null: false
    t.string "channel", null: false
    t.boolean "enabled", default: true, null: false
  end

  create_table "notification_deliveries", force: :cascade do |t|
    t.bigint "user_id", null: false
    t.string "event", null: false
    t.string "channel", null: false
    t.datetime "delivered_at"
  end

  create_table "feed_entries", force: :cascade do |t|
    t.string "kind", null: false
    t.bigint "subject_id", null: false
    t.string "summary"
    t.datetime "created_at", null: false
  end

  create_table "search_queries", force: :cascade do |t|
    t.bigint "tenant_id", null: false
    t.string "terms", null: false
    t.integer "results", default: 0, null: false
    t.datetime "created_at", null: false
  end

  create_table "reports", force: :cascade do |t|
    t.bigint "tenant_id", null: false
    t.string "kind", null: false
    t.string "status", default: "queued", null: false
    t.string "object_key"
    t.timestamps
  end

  add_foreign_key "users", "tenants"
  add_foreign_key "orders", "users"
  add_foreign_key "line_items", "orders"
  add_foreign_key "line_items", "products"
  add_foreign_key "subscriptions", "users"
  add_foreign_key "invoices", "users"
  add_foreign_key "invoices", "orders"
  add_foreign_key "payments", "invoices"
end

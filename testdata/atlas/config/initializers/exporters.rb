require "exporter_registry"

ExporterRegistry.register(:csv, ->(rows) { rows.map { |row| row.values.join(",") }.join("\n") })
ExporterRegistry.register(:json, ->(rows) { rows.to_json })

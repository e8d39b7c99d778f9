# Formats register themselves while the application starts.
module ExporterRegistry
  @exporters = {}

  class << self
    def register(format, exporter)
      @exporters[format] = exporter
    end

    def fetch(format)
      @exporters.fetch(format.to_sym)
    end
  end
end

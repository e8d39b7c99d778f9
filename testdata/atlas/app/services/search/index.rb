module Search
  class Index
    NAME = "products".freeze
    FIELDS = %w[title^3 sku].freeze
    STOP_WORDS = Set.new(%w[a an and of or the]).freeze

    def put(product)
      $elasticsearch.index(index: NAME, id: product.id, body: { title: product.title, sku: product.sku, tenant_id: product.tenant_id })
    end

    def query(terms, tenant_id)
      words = terms.downcase.split.reject { |word| STOP_WORDS.include?(word) }
      answer = $elasticsearch.search(index: NAME, body: body(words, tenant_id))
      answer["hits"]["hits"].map { |hit| hit["_id"].to_i }
    end

    private

    def body(words, tenant_id)
      { query: { bool: { must: { multi_match: { query: words.join(" "), fields: FIELDS } }, filter: { term: { tenant_id: tenant_id } } } } }
    end
  end
end

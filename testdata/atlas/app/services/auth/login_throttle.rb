module Auth
  # Five wrong passwords close an account for a while.
  class LoginThrottle
    MAX_ATTEMPTS = 5

    @@attempts = Hash.new(0) # want: mutable-singleton group=rate-limiter

    def self.blocked?(email)
      @@attempts[email] >= MAX_ATTEMPTS
    end

    def self.failed(email)
      @@attempts[email] += 1
    end

    def self.block(email)
      @@attempts[email] = MAX_ATTEMPTS
    end

    def self.clear(email)
      @@attempts.delete(email)
    end
  end
end

module Auth
  class Authenticator
    def initialize(tenant, ip)
      @tenant = tenant
      @ip = ip
    end

    def call(email, password)
      return nil if LoginThrottle.blocked?(email)

      user = @tenant.users.find_by(email: email)
      if user&.authenticate(password) && !locked_out?(user)
        succeed(user)
      else
        fail_with(user, email)
      end
    end

    private

    def locked_out?(user)
      user.delinquent? && Billing::AccountStatus.suspended?(user)
    end

    def succeed(user)
      LoginThrottle.clear(user.email)
      user.update!(last_seen_at: Time.current)
      user.subscription&.update!(sign_ins: user.subscription.sign_ins + 1) # want: shared-table
      LoginAudit.create!(user: user, ip: @ip, success: true)
      user
    end

    def fail_with(user, email)
      attempts = LoginThrottle.failed(email)
      LoginAudit.create!(user: user, ip: @ip, success: false) # want: shared-table
      lock(user) if user && attempts >= LoginThrottle::MAX_ATTEMPTS
      nil
    end

    def lock(user)
      user.update!(locked_at: Time.current) # want: shared-table
      Notifications::Notifier.publish("account.locked", user.id)
    end
  end
end

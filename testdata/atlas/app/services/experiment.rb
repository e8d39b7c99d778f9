# Puts a user in or out of a gradual rollout.
class Experiment
  BUCKETS = 100

  def initialize(name)
    @name = name
  end

  def include?(user)
    bucket(user) < FeatureFlag.rollout_for(@name)
  end

  private

  def bucket(user)
    @bucket ||= Zlib.crc32("#{@name}/#{user.id}") % BUCKETS
  end
end

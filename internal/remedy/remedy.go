// Package remedy holds the sentences that rules share: what breaks with two
// copies, by category, and what to do about it, by category and ecosystem.
package remedy

import (
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// What a second copy lacks of what a place keeps, where its category says no more than
// that it is kept.
const (
	Entries = "each copy knows only its own entries, and a restart forgets them"
	Value   = "each copy has a value of its own, as of when it last set it"
	Thing   = "each copy has one of its own, and what is done to it there reaches no other"
	// Running is what is kept of work that waits or goes on, one by one.
	Running = "each copy knows only the work that it was given itself, and a restart forgets it"
	// Aging is what is asked for anew when it is too old, and that nobody takes out before.
	Aging = "each copy keeps its own version, and until it expires one copy may answer what another no longer does"
	// Followed is what each copy takes from files of its host whenever these change.
	Followed = "each copy follows the files of its own host by itself, so that copies agree only if the files do"
)

// Agree is the advice for one value or thing of which it may not matter that each copy
// has its own.
const Agree = "Keep it in the database or in Redis if the copies have to agree on it."

// Breaks says what happens to state of a category when a second copy runs.
func Breaks(c result.Category, g result.Group) string {
	switch {
	case g == result.RateLimiter:
		return "each copy counts on its own, so with N copies the real limit is N times the written one, and a restart forgets every count"
	case g == result.FeatureFlag:
		return "a change reaches the copy that handled it and no other, so users see the feature come and go from request to request"
	case g == result.TenantConfig:
		return "a tenant's change holds in the copy that handled it and in no other until that one restarts"
	}
	return breaksByCategory(c)
}

func breaksByCategory(c result.Category) string {
	switch c {
	case result.Cache:
		return "each copy keeps its own version, and an invalidation in one leaves the others stale"
	case result.Counter:
		return "each copy counts on its own and starts from nothing after a restart"
	case result.Flag:
		return "a change holds in the copy that made it and in no other"
	case result.Registry:
		return Entries
	case result.Session:
		return "a user's next request finds the session only in the copy that made it, and a deployment logs everyone out"
	case result.Worker:
		return "queued work is lost at a restart, and what is started at boot runs once per copy"
	case result.Lock:
		return "it keeps out other threads of this copy only; another copy walks straight in"
	case result.Client:
		return "each copy has connections of its own, and the far side sees those of all copies"
	}
	return "copies drift apart, and a restart loses it"
}

// Fix says what to do, in the terms of the language's ecosystem.
func Fix(c result.Category, g result.Group, lang unit.Language) string {
	switch lang {
	case unit.Ruby:
		return fixRuby(c, g)
	case unit.Python:
		return fixPython(c, g)
	}
	return fixGo(c, g)
}

func fixGo(c result.Category, g result.Group) string {
	switch {
	case g == result.RateLimiter:
		return "Count in a shared store: go-redis/redis_rate, or ulule/limiter with its Redis store."
	case g == result.FeatureFlag || g == result.TenantConfig || c == result.Flag:
		return "Keep the value in the database or in Redis, read it with a short expiry, and publish changes (Redis pub/sub, LISTEN/NOTIFY) so that every copy drops its own."
	}
	switch c {
	case result.Cache:
		return "Move the entries to Redis or Memcached, or keep the local copy with a short expiry and publish invalidations to all copies."
	case result.Counter:
		return "Count in a shared store: Redis INCR with an expiry, or a database sequence."
	case result.Registry:
		return "Keep the register in Redis or the database, and fan events out over Redis pub/sub, NATS or LISTEN/NOTIFY so that every copy serves its own clients."
	case result.Session:
		return "Keep sessions in Redis or the database (scs/redisstore, boj/redistore), or in a signed cookie."
	case result.Worker:
		return "Put the work into a durable queue (asynq, River, a table claimed with FOR UPDATE SKIP LOCKED) and run the workers apart from the web process."
	case result.Lock:
		return "Lock where the data is: SELECT … FOR UPDATE, a unique index, an advisory lock, or Redis with a fencing token."
	case result.Client:
		return "Nothing to do for a second copy as such; divide the limits of the far side by the number of copies."
	}
	return "Move it to a store that all copies share, or pass it with the request."
}

func fixRuby(c result.Category, g result.Group) string {
	switch {
	case g == result.RateLimiter:
		return "Count in a shared store: `Rails.cache.increment` on a Redis cache store, Rack::Attack with a Redis store, or Kredis."
	case g == result.FeatureFlag:
		return "Keep flags in the database or Redis (Flipper with the ActiveRecord or Redis adapter) and read them through a per-request memo."
	case g == result.TenantConfig || c == result.Flag:
		return "Keep the value in the database, read it through `Rails.cache` on a shared store, and expire the key when it is saved."
	}
	switch c {
	case result.Cache:
		return "Use `Rails.cache.fetch` with a key, an expiry and a Redis or Memcached store; a copy for the length of one request belongs in `ActiveSupport::CurrentAttributes`."
	case result.Counter:
		return "Count in a shared store: `Rails.cache.increment`, Redis INCR with an expiry, or a database column."
	case result.Registry:
		return "Keep the register in Redis or the database, and broadcast through ActionCable's Redis adapter."
	case result.Session:
		return "Keep sessions in the cookie, in Redis or in the database, and only ids in them."
	case result.Worker:
		return "Hand the work to a durable queue (Sidekiq, Solid Queue, GoodJob) that runs apart from the web process."
	case result.Lock:
		return "Lock where the data is: `with_lock`, a unique index, `with_advisory_lock`, or Redis."
	case result.Client:
		return "Nothing to do for a second copy as such; divide the limits of the far side by the number of copies."
	}
	return "Move it to a store that all copies share, or pass it with the request."
}

func fixPython(c result.Category, g result.Group) string {
	switch {
	case g == result.RateLimiter:
		return "Count in a shared store: Redis through `limits`, Flask-Limiter or slowapi with a Redis `storage_uri`, or throttles of Django REST framework over a Redis cache."
	case g == result.FeatureFlag:
		return "Keep flags in the database or Redis (django-waffle over a shared cache) and read them at most once per request."
	case g == result.TenantConfig || c == result.Flag:
		return "Keep the value in the database, read it through a shared cache with an expiry, and drop the key when it is saved."
	}
	switch c {
	case result.Cache:
		return "Use the framework's cache over Redis or Memcached with a key and an expiry (`django.core.cache`, Flask-Caching, aiocache); a copy for the length of one request belongs on the request."
	case result.Counter:
		return "Count in a shared store: Redis INCR with an expiry, or a column changed with an `F()` expression."
	case result.Registry:
		return "Keep the register in Redis or the database, and pass messages on through Redis (a channel layer, pub/sub) so that every copy serves its own clients."
	case result.Session:
		return "Keep sessions in the database, in Redis or in a signed cookie, and only ids in them."
	case result.Worker:
		return "Hand the work to a durable queue (Celery, RQ, Dramatiq, Huey over Redis) that runs apart from the web process, and schedules to one beat process."
	case result.Lock:
		return "Lock where the data is: `select_for_update()`, a unique constraint, an advisory lock, or a lock in Redis."
	case result.Client:
		return "Nothing to do for a second copy as such; divide the limits of the far side by the number of copies."
	}
	return "Move it to a store that all copies share, or pass it with the request."
}

// stores says what to choose for a resource in production, by ecosystem.
var stores = map[unit.Language]map[string]string{
	unit.Ruby: {
		"cache":  "Choose a store that all copies share in production: `config.cache_store = :redis_cache_store, { url: ENV[\"REDIS_URL\"] }`, `:mem_cache_store` or Solid Cache.",
		"upload": "Use object storage in production: `storage :fog` or `:aws`, `:s3`, or Active Storage on S3.",
		"jobs":   "Choose a durable adapter for production: `config.active_job.queue_adapter = :solid_queue` (or :good_job, :sidekiq), with its workers in a process of their own.",
	},
	unit.Python: {
		"cache":  "Choose a backend that all copies share in production: `django.core.cache.backends.redis.RedisCache` or Memcached, `CACHE_TYPE = \"RedisCache\"` of Flask-Caching.",
		"upload": "Keep uploads in object storage in production: `STORAGES[\"default\"]` with django-storages on S3, GCS or Azure; or mount a volume that all copies share.",
		"jobs":   "Let a worker of its own run the jobs in production: take `task_always_eager` or `immediate` away and name a broker.",
	},
}

// Layer is what passes messages between the clients of an application.
type Layer struct{ Name, Setting, Fix string }

// layers are those that are told what to go through by something of their own, by the
// subject of the setting.
var layers = map[string]Layer{
	"socketio.AsyncServer":    {"Socket.IO", "socketio.AsyncServer", "Give the server a `client_manager` that all copies share, such as `socketio.AsyncRedisManager(url)`, and let a client come back to the copy that it is connected to."},
	"socketio.Server":         {"Socket.IO", "socketio.Server", "Give the server a `client_manager` that all copies share, such as `socketio.RedisManager(url)`, and let a client come back to the copy that it is connected to."},
	"flask_socketio.SocketIO": {"Socket.IO", "flask_socketio.SocketIO", "Give it a `message_queue` that all copies share, such as `redis://`, and let a client come back to the copy that it is connected to."},
}

// MessageLayer names it as the frameworks of a language do.
func MessageLayer(lang unit.Language, subject string) Layer {
	if own, ok := layers[subject]; ok {
		return own
	}
	if lang == unit.Python {
		return Layer{"the channel layer", "CHANNEL_LAYERS", "Use `channels_redis.core.RedisChannelLayer` in production."}
	}
	return Layer{"Action Cable", "Action Cable adapter", "Use `adapter: redis`, `postgresql` or `solid_cable` in config/cable.yml for production."}
}

// Store says what to choose for a resource in production.
func Store(resource string, lang unit.Language) string { return stores[lang][resource] }

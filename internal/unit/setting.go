package unit

// The kinds of setting, neutral of technology. Readers of configuration files
// and of code that configures a framework write them; rules look for them.
//
// Subject names what a setting is for (a service, an upstream, an environment's
// database), Value holds one of the words given here or what was written.
const (
	// SettingAffinity ties a client to a copy. Value: source-ip, cookie, header,
	// other, or off where the file says so. Subject: the balancer's technology
	// and service.
	SettingAffinity = "affinity"
	// SettingReplicas is a number of copies of the Subject.
	SettingReplicas = "replicas"
	// SettingAutoscaling bounds a number of copies; Value is "min-max".
	SettingAutoscaling = "autoscaling"
	// SettingProcesses is a number of processes inside a copy: workers of a
	// forking server.
	SettingProcesses = "processes"
	// SettingSingleCopy is something that only works with one copy: a Recreate
	// strategy, a ReadWriteOnce volume, a pinned host. Value says which.
	SettingSingleCopy = "single-copy"
	// SettingVolume is a place on disk that is mounted into a copy; Value is the
	// path. SettingSharedVolume is one that all copies see.
	SettingVolume       = "volume"
	SettingSharedVolume = "shared-volume"
	// SettingProcess is a command that a copy can be started with. Subject is its
	// name (web, worker), Value the command.
	SettingProcess = "process"
	// SettingDatabase is a configured database. Subject is its name
	// ("production", "production.cache"), Value the adapter, Text the database.
	SettingDatabase = "database"
	// SettingCable is the adapter of Action Cable, or what else passes messages on between
	// clients.
	SettingCable = "cable-adapter"
	// SettingStorageService describes a storage service (Subject: its name;
	// Value: Disk, S3, ...). SettingStorageChoice selects one by name (Value).
	SettingStorageService = "storage-service"
	SettingStorageChoice  = "storage-choice"
	// SettingValue is a key of a file in which an application keeps settings of its
	// own. Subject: the keys that lead to it, joined by dots, without the environment
	// (ENV and a name for a variable of the environment); Choices: what it may be.
	SettingValue = "value"
	// SettingDecision is something that code works out once from the environment and
	// other code asks for by name: a constant, an attribute of one, a method. Subject:
	// that name; Choices: "true" under the condition that it says, else "false".
	SettingDecision = "decision"
	// SettingDefault is what an option is where nothing sets it. Subject: the field
	// that keeps it, whose tag says so.
	SettingDefault = "default"
	// SettingINI is a key of an ini-like file that an application reads itself.
	// Subject is "section.key", lower case.
	SettingINI = "ini"
	// SettingGem is a gem of a Gemfile or lock file. Subject: its name, Value:
	// its version if known.
	SettingGem = "gem"
	// SettingCacheStore, SettingSessionStore, SettingCookieSerializer and
	// SettingQueueAdapter are what Rails is told to use; Value is the name
	// written, lower case with underscores (memory_store, redis_cache_store,
	// cookie_store, async). Values holds further arguments.
	SettingCacheStore       = "cache-store"
	SettingSessionStore     = "session-store"
	SettingCookieSerializer = "cookie-serializer"
	SettingQueueAdapter     = "queue-adapter"
	// SettingQueue is a queue of a broker that deployment makes. Value says whether it keeps
	// what its consumer cannot take: a dead-letter queue, which Text names, or none.
	SettingQueue = "message-queue"
	// SettingUploadStorage is the storage of an upload library: Value file, fog,
	// aws. Subject: the library.
	SettingUploadStorage = "upload-storage"
	// SettingAttachment is a file that a model keeps. Subject: its class, Value: the
	// macro (has_one_attached, mount_uploader), Choices: the service or the
	// uploader where one is named.
	SettingAttachment = "attachment"
	// SettingLimiterStore is where a limiter of requests counts; Subject: the
	// limiter (rack-attack, rate_limit).
	SettingLimiterStore = "limiter-store"
	// SettingFlagStore is the adapter in which a library of feature flags or of
	// settings keeps them.
	SettingFlagStore = "flag-store"
	// SettingSecret is a key with which what clients bring back is signed; a choice
	// says drawn_at_boot where each process draws its own.
	SettingSecret = "secret"
	// SettingBusStore is the backend by which a message bus reaches subscribers.
	SettingBusStore = "bus-store"
	// SettingPageCache is the folder of cached pages or fragments on disk.
	SettingPageCache = "page-cache"
	// SettingRoute leads requests to an action. Subject is controller and action
	// (billing/invoices#pay), Value the method and the pattern (POST /invoices/:id/pay);
	// without a method, any will do.
	SettingRoute = "route"
	// SettingFramework says that the checkout is an application of a framework.
	// Value: rails, sinatra, hanami; Text: its version if known.
	SettingFramework = "framework"
)

// What a SettingQueue says of the messages that its consumer cannot take.
const (
	WithDeadLetter = "dead-letter"
	NoDeadLetter   = "none"
)

// The environments of a setting. A file in a folder of tests or of examples
// says nothing of how the application runs, nor does one for a developer's
// machine.
const (
	EnvProduction  = "production"
	EnvDevelopment = "development"
	EnvTest        = "test"
	EnvExample     = "example"
)

package names

import "strings"

// Past is the past participle of what a verb, or a noun that is made of one, says
// is done: complete and completion are completed. It is "" for words that are not in
// the table: an ending says nothing for certain, and a word that is no word
// (authentied, of authentication) would become the name of an event.
func Past(w string) string {
	for _, p := range done() {
		for _, form := range strings.Fields(p[0]) {
			if w == form {
				return p[1]
			}
		}
		if w == p[1] {
			return w
		}
	}
	return ""
}

// done lists verbs, and nouns made of them, with their past participle.
func done() [][2]string {
	return [][2]string{
		{"create creator creation", "created"}, {"complete completion finisher", "completed"}, {"place placement", "placed"}, {"pay payment", "paid"},
		{"charge", "charged"}, {"bill", "billed"}, {"ship shipment shipping", "shipped"}, {"deliver delivery", "delivered"}, {"cancel cancellation canceller", "cancelled"},
		{"fulfil fulfill fulfilment fulfillment", "fulfilled"}, {"register registration signup", "registered"}, {"confirm confirmation", "confirmed"},
		{"approve approval approver", "approved"}, {"reject rejection", "rejected"}, {"refund refunder", "refunded"}, {"update updater", "updated"}, {"change changer", "changed"},
		{"delete deletion deleter destroy destroyer", "deleted"}, {"remove removal remover", "removed"}, {"add adder addition", "added"}, {"assign assignment assigner", "assigned"},
		{"submit submission", "submitted"}, {"publish publication publisher", "published"}, {"close closing closer", "closed"}, {"open opening", "opened"}, {"start starter", "started"},
		{"finish", "finished"}, {"stop", "stopped"}, {"send sending", "sent"}, {"receive receipt receiver", "received"}, {"build builder", "built"}, {"import importer", "imported"},
		{"export exporter", "exported"}, {"upload uploader", "uploaded"}, {"invite invitation inviter", "invited"}, {"accept acceptance", "accepted"}, {"expire expiry", "expired"},
		{"renew renewal", "renewed"}, {"subscribe subscription", "subscribed"}, {"lock", "locked"}, {"unlock", "unlocked"}, {"block", "blocked"}, {"suspend suspension", "suspended"},
		{"archive", "archived"}, {"merge merger", "merged"}, {"schedule scheduler", "scheduled"}, {"reserve reservation", "reserved"}, {"book booking", "booked"},
		{"return", "returned"}, {"settle settlement", "settled"}, {"transfer", "transferred"}, {"dispatch dispatcher", "dispatched"}, {"move", "moved"}, {"resolve resolution", "resolved"},
		{"fail failure", "failed"}, {"succeed success", "succeeded"}, {"login", "logged_in"}, {"logout", "logged_out"}, {"reset", "reset"}, {"rename", "renamed"}, {"dunning", "dunned"},
		{"enqueue", "enqueued"}, {"save", "saved"}, {"issuance", "issued"}, {"notify notification", "notified"}, {"verify verification", "verified"},
		{"enroll enrollment", "enrolled"}, {"checkout", "checked_out"}, {"comment", "commented"}, {"follow", "followed"}, {"mention", "mentioned"}, {"ban", "banned"}, {"clear", "cleared"},
		{"trigger", "triggered"}, {"sync synchronize", "synchronized"}, {"activate activation", "activated"}, {"deactivate deactivation", "deactivated"}, {"enable", "enabled"}, {"disable", "disabled"}, {"grant", "granted"}, {"revoke", "revoked"}, {"join", "joined"}, {"leave", "left"},
		{"apply application", "applied"}, {"validate validation", "validated"}, {"authorize authorization", "authorized"}, {"authenticate authentication", "authenticated"}, {"arrive arrival", "arrived"}, {"depart departure", "departed"}, {"invoice", "invoiced"},
		{"migrate migration migrator", "migrated"}, {"generate generation generator", "generated"}, {"calculate calculation calculator", "calculated"}, {"allocate allocation", "allocated"},
		{"capture", "captured"}, {"void", "voided"}, {"adjust adjustment", "adjusted"}, {"escalate escalation", "escalated"}, {"review reviewer", "reviewed"}, {"rate rating", "rated"},
		{"vote voting", "voted"}, {"share sharing", "shared"}, {"watch watcher", "watched"}, {"unfollow", "unfollowed"}, {"unsubscribe", "unsubscribed"}, {"unpublish", "unpublished"},
		{"promote promotion", "promoted"}, {"demote demotion", "demoted"}, {"restore restoration", "restored"}, {"duplicate duplication", "duplicated"}, {"convert conversion converter", "converted"},
		{"upgrade", "upgraded"}, {"downgrade", "downgraded"}, {"terminate termination", "terminated"}, {"pause", "paused"}, {"resume", "resumed"}, {"retry", "retried"}, {"redeem redemption", "redeemed"},
		{"credit", "credited"}, {"debit", "debited"}, {"deposit", "deposited"}, {"withdraw withdrawal", "withdrawn"}, {"quote", "quoted"}, {"dismiss dismissal", "dismissed"}, {"report", "reported"},
		{"replace replacement", "replaced"}, {"insert insertion", "inserted"}, {"attach attachment", "attached"}, {"detach", "detached"}, {"link", "linked"}, {"unlink", "unlinked"}, {"rotate rotation", "rotated"},
		{"lend", "lent"}, {"borrow", "borrowed"}, {"hire hiring", "hired"}, {"enrol enrolment", "enrolled"}, {"anonymize anonymization", "anonymized"}, {"index indexing", "indexed"}, {"purge", "purged"},
	}
}

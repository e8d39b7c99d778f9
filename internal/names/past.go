package names

import "strings"

// Past is the past participle of what a verb, or a noun that is made of one, says
// is done: complete and completion are completed. It is "" for other words, as far
// as their endings tell: a bare word counts as a verb only if it is a common one.
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
	switch {
	case strings.HasSuffix(w, "ed") && len(w) > 4:
		return w
	case strings.HasSuffix(w, "letion"): // completion, deletion
		return strings.TrimSuffix(w, "ion") + "ed"
	case strings.HasSuffix(w, "ication") && len(w) > 8: // verification
		return strings.TrimSuffix(w, "ication") + "ied"
	case strings.HasSuffix(w, "ation") && len(w) > 6: // creation
		return strings.TrimSuffix(w, "ation") + "ated"
	case strings.HasSuffix(w, "ction") && len(w) > 6: // rejection
		return strings.TrimSuffix(w, "ion") + "ed"
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
		{"apply application", "applied"}, {"validate validation", "validated"}, {"authorize authorization", "authorized"}, {"arrive arrival", "arrived"}, {"depart departure", "departed"}, {"invoice", "invoiced"},
	}
}

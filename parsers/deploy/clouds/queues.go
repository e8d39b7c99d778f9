package clouds

import (
	"github.com/stateaudit/stateaudit/parsers/deploy/tree"
)

// DeadLetter says where a queue keeps what its consumer cannot take: the words that name
// that place, empty if there is none; false for resources that are no such queues. Those
// whose broker has one of its own (Azure Service Bus) are left out.
func DeadLetter(kind string, properties *tree.Node) (to string, isQueue bool) {
	var path []string
	switch kind {
	case "aws_sqs_queue":
		path = []string{"redrive_policy"}
	case "AWS::SQS::Queue":
		path = []string{"RedrivePolicy"}
	case "aws:sqs:Queue", "aws:sqs/queue:Queue":
		path = []string{"redrivePolicy"}
	case "google_pubsub_subscription":
		path = []string{"dead_letter_policy"}
	case "rabbitmq_queue":
		path = []string{"settings", "arguments", "x-dead-letter-exchange"}
	default:
		return "", false
	}
	if at := properties.Get(path...); at != nil {
		return said(at), true
	}
	return "", true
}

// said joins all that a value says, so that a name can be looked for in it.
func said(n *tree.Node) string {
	text := n.Words() + " " + n.Str()
	n.Walk(func(_ []string, p tree.Pair) bool {
		text += " " + p.Value.Words() + " " + p.Value.Str()
		for _, e := range p.Value.Elements() {
			text += " " + e.Str()
		}
		return true
	})
	return text
}

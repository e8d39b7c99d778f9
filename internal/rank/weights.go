package rank

import "slices"

// Weights are the numbers that counts are multiplied with. They are judgements;
// a rank is shown with what becomes of it when any of them is halved or raised
// by half.
type Weights map[Class]float64

// Class is a kind of crossing or of shared resource. Its name is the key under
// which a configuration sets its weight.
type Class string

// The classes of crossings, by what an extraction would have to do about them,
// from nothing to a redesign.
const (
	Asynchronous  Class = "alreadyAsync"      // nobody waits today
	Dropped       Class = "resultDropped"     // nobody looks at the result
	AttributeRead Class = "attributesOnly"    // a row of another domain is read: the event can carry it
	SuccessOnly   Class = "successOnly"       // only success or failure is looked at
	OffRequest    Class = "offRequestPath"    // made from a job or consumer: nobody is kept waiting
	Routable      Class = "routableEndpoint"  // a route that can point elsewhere as it is
	InTransaction Class = "droppedInTx"       // dropped, but rolled back together with the caller's work
	ResultUsed    Class = "resultUsed"        // an answer is needed
	HolderBoth    Class = "holderWrittenBoth" // process memory that both write while serving
	TableBoth     Class = "tableWrittenBoth"  // rows that both write
	TxBoth        Class = "transactionBoth"   // a transaction in which both write
	HolderShared  Class = "holderWrittenRead" // process memory that one writes and the other reads
	TableRead     Class = "tableReadByOthers" // rows that the domain writes and others read
	SessionShared Class = "sessionKeyShared"  // session key, cookie or local file that one writes and the other reads
	TableReads    Class = "tableReadOfOthers" // rows that others write and the domain reads
	ForeignKeys   Class = "foreignKeyAcross"  // the schema ties a row to one of another domain
)

// crossingClasses lists the classes that asynchronous viability is made of.
func crossingClasses() []Class {
	return []Class{Asynchronous, Dropped, AttributeRead, SuccessOnly, OffRequest, Routable, InTransaction, ResultUsed}
}

// sharingClasses lists the classes that coupling is made of.
func sharingClasses() []Class {
	return []Class{HolderBoth, TableBoth, TxBoth, HolderShared, TableRead, SessionShared, TableReads, ForeignKeys}
}

// Classes lists all classes.
func Classes() []Class { return slices.Concat(crossingClasses(), sharingClasses()) }

// DefaultWeights returns the weights that hold unless the user sets others.
func DefaultWeights() Weights {
	return Weights{
		Asynchronous: 1, Dropped: 0.9, AttributeRead: 0.8, SuccessOnly: 0.7, OffRequest: 0.6, Routable: 0.5, InTransaction: 0.4, ResultUsed: 0.1,
		HolderBoth: 4, TableBoth: 3, TxBoth: 3, HolderShared: 2, TableRead: 2, SessionShared: 2, TableReads: 1, ForeignKeys: 1,
	}
}

// with returns a copy in which one weight is multiplied. A crossing counts at
// most 1.
func (w Weights) with(c Class, factor float64) Weights {
	out := Weights{}
	for k, v := range w {
		out[k] = v
	}
	out[c] *= factor
	return out
}

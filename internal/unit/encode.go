package unit

import (
	"bytes"
	"compress/flate"
	"encoding/gob"
)

// Encode writes a unit down for Decode, packed: for the next run, or for another process.
func Encode(u *Unit) ([]byte, error) {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestSpeed)
	if err != nil {
		return nil, err
	}
	if err := gob.NewEncoder(w).Encode(u); err != nil {
		return nil, err
	}
	err = w.Close()
	return b.Bytes(), err
}

// Decode reads what Encode has written.
func Decode(data []byte) (*Unit, error) {
	u := &Unit{}
	err := gob.NewDecoder(flate.NewReader(bytes.NewReader(data))).Decode(u)
	return u, err
}

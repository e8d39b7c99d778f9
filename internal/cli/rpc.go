package cli

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/textproto"
	"strconv"
	"sync"
)

// message is a request, a response or a notification of JSON-RPC as editors
// frame it. The server speaks so little of the protocol that it does so itself.
type message struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  json.RawMessage `json:"params,omitempty"`
	Result  any             `json:"result,omitempty"`
	Error   *rpcError       `json:"error,omitempty"`
}

type rpcError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// methodNotFound is the code of JSON-RPC for what a server does not know.
const methodNotFound = -32601

// wire reads and writes messages. Writing is safe from several goroutines.
type wire struct {
	r  *bufio.Reader
	mu sync.Mutex
	w  io.Writer
}

// maxFrame bounds a message, in bytes.
const maxFrame = 16 << 20

func (c *wire) read() (message, error) {
	var m message
	header, err := textproto.NewReader(c.r).ReadMIMEHeader()
	if err != nil {
		return m, err
	}
	n, err := strconv.Atoi(header.Get("Content-Length"))
	if err != nil || n < 0 || n > maxFrame {
		return m, fmt.Errorf("a message of length %q", header.Get("Content-Length"))
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(c.r, body); err != nil {
		return m, err
	}
	return m, json.Unmarshal(body, &m)
}

func (c *wire) write(m message) error {
	m.Version = "2.0"
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	_, err = fmt.Fprintf(c.w, "Content-Length: %d\r\n\r\n%s", len(body), body)
	return err
}

// answer responds to a request. A null result has to be there.
func (c *wire) answer(id json.RawMessage, result any) error {
	if result == nil {
		result = json.RawMessage("null")
	}
	return c.write(message{ID: id, Result: result})
}

func (c *wire) notify(method string, params any) error {
	raw, err := json.Marshal(params)
	if err != nil {
		return err
	}
	return c.write(message{Method: method, Params: raw})
}

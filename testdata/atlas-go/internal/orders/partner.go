package orders

import (
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"
)

var (
	partnerOnce sync.Once
	partner     *http.Client // want: connection-pool group=client-pool
)

func partnerClient() *http.Client {
	partnerOnce.Do(func() {
		partner = &http.Client{Timeout: 5 * time.Second}
	})
	return partner
}

func handOver(id string) error {
	resp, err := partnerClient().PostForm("https://fulfilment.example.com/shipments", url.Values{"order": {id}}) // want: blocking-side-effect
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("orders: fulfilment answered %s", resp.Status)
	}
	return nil
}

package shipments

import (
	"context"
	"fmt"
	"strings"
)

// Label is what is printed and stuck onto the parcels, in the printers' own
// language.
func (s *Service) Label(ctx context.Context, number string) (string, error) {
	sh, err := get(ctx, s.db, number)
	if err != nil {
		return "", err
	}
	sender, err := s.customers.Get(ctx, sh.CustomerID)
	if err != nil {
		return "", err
	}
	codes, err := barcodes(ctx, s.db, sh.ID)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for i, code := range codes {
		fmt.Fprintf(&b, "^XA^FO50,50^FD%s^FS^FO50,120^FD%s %s^FS^FO50,190^FDfrom %s^FS^FO50,260^FD%d/%d^FS^FO50,330^BCN,120^FD%s^FS^XZ\n",
			sh.Recipient, sh.Destination, strings.ToUpper(sh.Service), sender.Name, i+1, len(codes), code)
	}
	return b.String(), nil
}

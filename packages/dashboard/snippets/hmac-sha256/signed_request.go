// Calls Countersign with a signed request. Go 1.21 or newer, standard library only.
//
//	export COUNTERSIGN_SECRET_KEY=sk_...
//	go run signed_request.go GET /v1/me
//	go run signed_request.go POST /v1/transactions '{"type":"deposit","amount":"10.00","currency":"USD"}'
//
// A retry passes the Idempotency-Key of the first attempt as a fourth argument.
package main

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

var (
	baseURL   = env("COUNTERSIGN_URL", "http://localhost:4747")
	publicKey = env("COUNTERSIGN_PUBLIC_KEY", "pk_test_YOUR_PUBLIC_KEY")
	secretKey = os.Getenv("COUNTERSIGN_SECRET_KEY")
)

// sign adds the signature to a request. Sign every attempt anew: a nonce works once.
func sign(request *http.Request, body []byte, created int64, nonce string) {
	components := [][2]string{
		{"@method", request.Method},
		{"@authority", strings.ToLower(request.URL.Host)},
		{"@path", request.URL.EscapedPath()},
		{"@query", "?" + request.URL.RawQuery},
	}
	if len(body) > 0 {
		digest := sha256.Sum256(body)
		request.Header.Set("Content-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(digest[:])+":")
		request.Header.Set("Content-Type", "application/json")
	}
	for _, name := range []string{"content-digest", "content-type", "idempotency-key"} {
		if value := request.Header.Get(name); value != "" {
			components = append(components, [2]string{name, value})
		}
	}
	var names, lines []string
	for _, component := range components {
		names = append(names, `"`+component[0]+`"`)
		lines = append(lines, `"`+component[0]+`": `+component[1])
	}
	parameters := fmt.Sprintf(`(%s);created=%d;nonce="%s";keyid="%s";alg="hmac-sha256"`,
		strings.Join(names, " "), created, nonce, publicKey)
	base := strings.Join(append(lines, `"@signature-params": `+parameters), "\n")

	mac := hmac.New(sha256.New, []byte(secretKey))
	mac.Write([]byte(base))
	request.Header.Set("Signature-Input", "sig1="+parameters)
	request.Header.Set("Signature", "sig1=:"+base64.StdEncoding.EncodeToString(mac.Sum(nil))+":")
}

func newRequest(method, target, body, idempotencyKey string) *http.Request {
	address, err := url.Parse(baseURL + target)
	check(err)
	request, err := http.NewRequest(method, address.String(), strings.NewReader(body))
	check(err)
	if idempotencyKey != "" {
		request.Header.Set("Idempotency-Key", idempotencyKey)
	}
	return request
}

func main() {
	method, target, body := argument(1, "GET"), argument(2, "/v1/me"), argument(3, "")
	idempotencyKey := ""
	if method == "POST" {
		idempotencyKey = argument(4, randomHex())
	}
	request := newRequest(method, target, body, idempotencyKey)
	sign(request, []byte(body), time.Now().Unix(), randomHex())
	answer, err := http.DefaultClient.Do(request)
	check(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	check(err)
	fmt.Println(answer.StatusCode, string(text))
}

func argument(index int, otherwise string) string {
	if len(os.Args) > index {
		return os.Args[index]
	}
	return otherwise
}

func env(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}

func randomHex() string {
	bytes := make([]byte, 16)
	_, err := rand.Read(bytes)
	check(err)
	return hex.EncodeToString(bytes)
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

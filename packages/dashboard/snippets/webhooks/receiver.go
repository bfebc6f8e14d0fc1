// Receives Countersign's webhooks and verifies them. Go 1.21 or newer, standard library only.
//
//	export COUNTERSIGN_WEBHOOK_SECRET=whsec_...
//	go run receiver.go
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

const (
	toleranceSeconds = 300
	bodyBytesMax     = 1 << 20
)

// isGenuine says whether Countersign sent these very bytes, just now.
func isGenuine(secret, body []byte, header http.Header) bool {
	id, timestamp := header.Get("webhook-id"), header.Get("webhook-timestamp")
	sentAt, err := strconv.ParseInt(timestamp, 10, 64)
	if id == "" || err != nil {
		return false
	}
	age := time.Now().Unix() - sentAt
	if age > toleranceSeconds || age < -toleranceSeconds {
		return false
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(id + "." + timestamp + "."))
	mac.Write(body)
	wanted := mac.Sum(nil)
	// During a rotation there are several; one that matches is enough.
	for _, signature := range strings.Split(header.Get("webhook-signature"), " ") {
		text, isV1 := strings.CutPrefix(signature, "v1,")
		given, err := base64.StdEncoding.DecodeString(text)
		if isV1 && err == nil && hmac.Equal(given, wanted) {
			return true
		}
	}
	return false
}

func main() {
	secret, err := base64.StdEncoding.DecodeString(
		strings.TrimPrefix(os.Getenv("COUNTERSIGN_WEBHOOK_SECRET"), "whsec_"))
	if err != nil || len(secret) == 0 {
		log.Fatal("Set COUNTERSIGN_WEBHOOK_SECRET to whsec_... first.")
	}
	port := os.Getenv("PORT")
	if port == "" {
		port = "4800"
	}
	http.HandleFunc("/", func(answer http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(answer, request.Body, bodyBytesMax))
		var event struct{ ID, Type string }
		if err != nil || !isGenuine(secret, body, request.Header) || json.Unmarshal(body, &event) != nil {
			answer.WriteHeader(http.StatusBadRequest)
			return
		}
		// The same event can arrive twice: remember its id. Answer first, work afterwards.
		fmt.Println(event.ID, event.Type)
		answer.WriteHeader(http.StatusNoContent)
	})
	log.Fatal(http.ListenAndServe(":"+port, nil))
}

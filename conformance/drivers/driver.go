// Lets the Go snippet sign the cases on stdin: compiled together with it, this runs before its main.
package main

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"os"
	"strconv"
	"strings"
)

func init() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		fields := strings.Split(lines.Text(), "\t")
		body, err := base64.StdEncoding.DecodeString(fields[2])
		check(err)
		created, err := strconv.ParseInt(fields[4], 10, 64)
		check(err)
		request := newRequest(fields[0], fields[1], string(body), fields[3])
		sign(request, body, created, fields[5])
		header := request.Header
		fmt.Println(strings.Join([]string{header.Get("Content-Digest"), header.Get("Signature-Input"), header.Get("Signature")}, "\t"))
	}
	os.Exit(0)
}

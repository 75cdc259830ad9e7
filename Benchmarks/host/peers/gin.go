// A peer for Benchmarks/host: gin answering for the state of jobs.
//
// usage: gin ADDRESS KEY_HASH ANSWER MODE; ANSWER is a file with the JSON of one job.
// MODE is `bytes` (sends what it has ready), `encode` (encodes the job for each request) or `logged` (`encode`, and a
// line for each request on standard error).
package main

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"
)

type tasks struct {
	Cached  int `json:"cached"`
	Done    int `json:"done"`
	Dropped int `json:"dropped"`
	Failed  int `json:"failed"`
	Lost    int `json:"lost"`
	Running int `json:"running"`
	Skipped int `json:"skipped"`
	Total   int `json:"total"`
}

type attempt struct {
	Attempt   int    `json:"attempt"`
	EndedAt   *int64 `json:"endedAt,omitempty"`
	Item      *int   `json:"item,omitempty"`
	Stage     string `json:"stage"`
	StartedAt int64  `json:"startedAt"`
	State     string `json:"state"`
}

type stage struct {
	Elapsed  *int64   `json:"elapsed,omitempty"`
	Progress *float64 `json:"progress,omitempty"`
	Stage    string   `json:"stage"`
	State    string   `json:"state"`
	Tasks    tasks    `json:"tasks"`
}

type job struct {
	Attempts  []attempt                  `json:"attempts"`
	ChangedAt int64                      `json:"changedAt"`
	CreatedAt int64                      `json:"createdAt"`
	Elapsed   *int64                     `json:"elapsed,omitempty"`
	File      *string                    `json:"file,omitempty"`
	Hooks     []json.RawMessage          `json:"hooks"`
	Inputs    map[string]json.RawMessage `json:"inputs"`
	LastSeq   int                        `json:"lastSeq"`
	Links     map[string]string          `json:"links"`
	Outputs   map[string]json.RawMessage `json:"outputs"`
	Pipeline  string                     `json:"pipeline"`
	Priority  int                        `json:"priority"`
	Progress  float64                    `json:"progress"`
	Refreshed []string                   `json:"refreshed"`
	Run       string                     `json:"run"`
	Stages    []stage                    `json:"stages"`
	State     string                     `json:"state"`
	Streams   []json.RawMessage          `json:"streams"`
	Tasks     tasks                      `json:"tasks"`
	Warnings  []json.RawMessage          `json:"warnings"`
}

func main() {
	address, keyHash, mode := os.Args[1], os.Args[2], os.Args[4]
	answer, err := os.ReadFile(os.Args[3])
	if err != nil {
		panic(err)
	}
	var one job
	if err := json.Unmarshal(answer, &one); err != nil {
		panic(err)
	}
	var lock sync.RWMutex
	jobs := map[string]*job{one.Run: &one}
	ready := map[string][]byte{one.Run: answer}

	gin.SetMode(gin.ReleaseMode)
	server := gin.New()
	if mode == "logged" {
		server.Use(gin.LoggerWithWriter(os.Stderr))
	}
	server.Use(func(c *gin.Context) {
		field := c.GetHeader("Authorization")
		key, found := strings.TrimPrefix(field, "Bearer "), strings.HasPrefix(field, "Bearer ")
		sum := sha256.Sum256([]byte(key))
		hash := hex.EncodeToString(sum[:])
		if !found || subtle.ConstantTimeCompare([]byte(hash), []byte(keyHash)) != 1 {
			c.AbortWithStatusJSON(http.StatusUnauthorized, gin.H{"error": "a key is needed"})
		}
	})
	server.GET("/api/v1/runs/:run", func(c *gin.Context) {
		run := c.Param("run")
		lock.RLock()
		job, bytes := jobs[run], ready[run]
		lock.RUnlock()
		switch {
		case job == nil:
			c.JSON(http.StatusNotFound, gin.H{"error": "there is no such run"})
		case mode == "bytes":
			c.Data(http.StatusOK, "application/json", bytes)
		default:
			c.JSON(http.StatusOK, job)
		}
	})
	if err := server.Run(address); err != nil {
		panic(err)
	}
}

package golang

import (
	"go/types"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// declaredRoles reads a role off a declaration: its name, its file and the
// types of its parameters.
func declaredRoles(f *types.Func, file unit.File) ([]unit.Role, string) {
	sig := f.Type().(*types.Signature)
	switch {
	case file.Test:
		return []unit.Role{unit.Test}, "test file"
	case f.Name() == "main" && sig.Recv() == nil && f.Pkg().Name() == "main":
		return []unit.Role{unit.Main}, "program entry"
	case f.Name() == "init" && sig.Recv() == nil:
		return []unit.Role{unit.Initializer}, "init function"
	case f.Name() == "TestMain" || takes(sig, "*testing.T", "*testing.B", "testing.TB"):
		return []unit.Role{unit.Test}, "test helper"
	}
	return signatureRole(sig)
}

// requestTypes are parameter types that only a framework serving a request
// passes: net/http, gin, echo, fiber, macaron, flamego, beego, iris, fasthttp,
// httprouter, go-restful, hertz, lambda, gRPC streams.
var requestTypes = map[string]string{
	"net/http.ResponseWriter":                                    "takes an http.ResponseWriter",
	"*github.com/gin-gonic/gin.Context":                          "takes a *gin.Context",
	"github.com/labstack/echo.Context":                           "takes an echo.Context",
	"github.com/labstack/echo/v4.Context":                        "takes an echo.Context",
	"*github.com/labstack/echo/v5.Context":                       "takes an echo.Context",
	"*github.com/gofiber/fiber.Ctx":                              "takes a *fiber.Ctx",
	"*github.com/gofiber/fiber/v2.Ctx":                           "takes a *fiber.Ctx",
	"github.com/gofiber/fiber/v3.Ctx":                            "takes a fiber.Ctx",
	"*gopkg.in/macaron.v1.Context":                               "takes a *macaron.Context",
	"*github.com/go-macaron/macaron.Context":                     "takes a *macaron.Context",
	"github.com/flamego/flamego.Context":                         "takes a flamego.Context",
	"*github.com/kataras/iris/v12.Context":                       "takes an iris.Context",
	"github.com/kataras/iris/v12.Context":                        "takes an iris.Context",
	"*github.com/valyala/fasthttp.RequestCtx":                    "takes a *fasthttp.RequestCtx",
	"github.com/julienschmidt/httprouter.Params":                 "takes httprouter.Params",
	"*github.com/beego/beego/v2/server/web/context.Context":      "takes a beego context",
	"*github.com/astaxie/beego/context.Context":                  "takes a beego context",
	"*github.com/cloudwego/hertz/pkg/app.RequestContext":         "takes a hertz context",
	"*github.com/emicklei/go-restful/v3.Request":                 "takes a restful.Request",
	"google.golang.org/grpc.ServerStream":                        "takes a gRPC stream",
	"github.com/aws/aws-lambda-go/events.APIGatewayProxyRequest": "takes an API gateway request",
	"*github.com/hibiken/asynq.Task":                             "takes an *asynq.Task",
	"*github.com/nats-io/nats.Msg":                               "takes a *nats.Msg",
	"*github.com/IBM/sarama.ConsumerMessage":                     "takes a Kafka message",
	"github.com/gliderlabs/ssh.Session":                          "takes an ssh.Session",
}

// signatureRole finds handlers by what they take.
func signatureRole(sig *types.Signature) ([]unit.Role, string) {
	if sig == nil {
		return nil, ""
	}
	for i := 0; i < sig.Params().Len(); i++ {
		t := sig.Params().At(i).Type()
		if note, ok := requestTypes[types.TypeString(t, nil)]; ok {
			return []unit.Role{unit.Handler}, note
		}
		if note := requestLike(t); note != "" {
			return []unit.Role{unit.Handler}, note
		}
	}
	return nil, ""
}

// requestLike recognises a checkout's own request context: a struct that embeds
// or holds a framework's. It also knows connect's and gRPC's generic requests.
func requestLike(t types.Type) string {
	s := types.TypeString(t, nil)
	if strings.HasPrefix(s, "*connectrpc.com/connect.Request[") || strings.HasPrefix(s, "*github.com/bufbuild/connect-go.Request[") {
		return "takes a connect request"
	}
	if namedOf(t) != nil && embedsRequest(t, maxEmbedded) {
		return "takes a request context (" + shortType(typeString(t)) + ")"
	}
	return ""
}

// maxEmbedded is how many levels of embedding a request context may have: an
// API context around a web context around the framework's.
const maxEmbedded = 3

func embedsRequest(t types.Type, depth int) bool {
	st, ok := structOf(t)
	if !ok || depth == 0 {
		return false
	}
	asks, answers := false, false
	for i := 0; i < st.NumFields(); i++ {
		f := st.Field(i)
		if !f.Embedded() {
			asks = asks || types.TypeString(f.Type(), nil) == "*net/http.Request"
			answers = answers || types.TypeString(f.Type(), nil) == "net/http.ResponseWriter"
			continue
		}
		if name := types.TypeString(f.Type(), nil); requestTypes[name] != "" || name == "*net/http.Request" || embedsRequest(f.Type(), depth-1) {
			return true
		}
	}
	return asks && answers
}

func takes(sig *types.Signature, names ...string) bool {
	for i := 0; i < sig.Params().Len(); i++ {
		s := types.TypeString(sig.Params().At(i).Type(), nil)
		for _, n := range names {
			if s == n {
				return true
			}
		}
	}
	return false
}

// foreignPart tells what a function outside the checkout does with a function
// that it is given. Most run it at once; routers, servers, schedulers and
// subscriptions keep it.
func foreignPart(f *types.Func) part {
	id := funcID(f)
	name := f.Name()
	pkg := ""
	if f.Pkg() != nil {
		pkg = f.Pkg().Path()
	}
	note := "registered with " + shortType(id)
	switch {
	case pkg == "sync" && (name == "Do" || strings.HasPrefix(name, "Once")):
		return part{inline: true, once: true}
	case synchronous[pkg] || strings.HasPrefix(name, "Walk") || name == "Group" && !strings.Contains(pkg, "errgroup"):
		return part{inline: true}
	case strings.Contains(pkg, "alecthomas/kingpin") && (name == "Action" || name == "PreAction"):
		return part{role: unit.Main, note: note} // run once, by Parse
	case pkg == "time" && name == "AfterFunc":
		return part{role: unit.Background, note: note}
	case name == "Go":
		return part{async: true}
	case isTxMethod(pkg, name):
		return part{inline: true, tx: true}
	case isSchedule(pkg, name):
		return part{role: unit.Scheduler, note: note}
	case lifeCycle(name):
		return part{inline: true, life: true}
	case hasAnyPrefix(name, "Subscribe", "Consume", "QueueSubscribe"):
		return part{role: unit.Consumer, note: note, named: true}
	case hasAnyPrefix(name, "On", "Handle", "Register", "Notify", "Watch", "Listen"):
		return part{role: unit.Handler, note: note, named: true}
	case routeVerbs[name]:
		return part{role: unit.Handler, note: note, named: true}
	}
	return part{inline: true, tx: lendsTransaction(f)}
}

// lifeCycle tells a function that registers what runs once, when the process starts or
// ends: cobra.OnInitialize, RegisterOnShutdown.
func lifeCycle(name string) bool {
	_, when, ok := strings.Cut(name, "On")
	return ok && slices.Contains([]string{"Init", "Initialize", "Start", "Startup", "Boot", "Finalize", "Stop", "Shutdown", "Exit"}, when)
}

// servesRequests tells a function outside the checkout of which more than the name
// says that it registers handlers: the standard library, the packages of request
// types, and what is handed functions that take a request.
func servesRequests(f *types.Func) bool {
	if f.Pkg() == nil || standard(f.Pkg()) {
		return true
	}
	for t := range requestTypes {
		if t = strings.TrimPrefix(t, "*"); strings.HasPrefix(t, f.Pkg().Path()+".") {
			return true
		}
	}
	sig := f.Signature()
	for i := range sig.Params().Len() {
		t := sig.Params().At(i).Type()
		if s, ok := t.Underlying().(*types.Slice); ok {
			t = s.Elem()
		}
		if fn, ok := t.Underlying().(*types.Signature); ok {
			if roles, _ := signatureRole(fn); roles != nil {
				return true
			}
		}
		if slices.Contains(interfaceMethods(t), "ServeHTTP") {
			return true
		}
	}
	return false
}

// synchronous are packages whose functions call back before they return.
var synchronous = map[string]bool{
	"sort": true, "slices": true, "strings": true, "bytes": true, "maps": true, "path/filepath": true, "io/fs": true,
	"regexp": true, "bufio": true, "iter": true, "unicode": true, "go/ast": true, "flag": true, "testing": true,
	"golang.org/x/sync/singleflight": true, "github.com/samber/lo": true, "text/template": true, "html/template": true,
}

// routeVerbs are the registering methods of routers and middleware chains.
var routeVerbs = map[string]bool{
	"Get": true, "GET": true, "Post": true, "POST": true, "Put": true, "PUT": true, "Delete": true, "DELETE": true,
	"Patch": true, "PATCH": true, "Head": true, "HEAD": true, "Options": true, "OPTIONS": true, "Connect": true, "Trace": true,
	"Any": true, "All": true, "Match": true, "Method": true, "MethodFunc": true, "Use": true, "UseFunc": true, "Add": true, "Route": true,
	"Combo": true, "NotFound": true, "MethodNotAllowed": true, "Middleware": true, "With": true, "Pre": true, "Static": true,
	"AddTool": true, "AddHandler": true, "UnaryInterceptor": true, "StreamInterceptor": true, "ChainUnaryInterceptor": true,
	"ChainStreamInterceptor": true, "HTTPErrorHandler": true, "WrapHandler": true, "StripPrefix": true, "TimeoutHandler": true,
}

func isTxMethod(pkg, name string) bool {
	switch name {
	case "Transaction", "WithTx", "RunInTx", "RunInTransaction", "InTx", "BeginFunc", "BeginTxFunc", "WithTransaction", "UseTransaction":
		return true
	case "Update", "View", "Batch":
		return strings.Contains(pkg, "bbolt") || strings.Contains(pkg, "boltdb") || strings.Contains(pkg, "badger")
	}
	return false
}

func isSchedule(pkg, name string) bool {
	switch name {
	case "AddFunc", "AddJob", "Schedule", "Do", "NewJob", "Every", "NewTask", "DoWithJobDetails", "Add", "MustAdd":
		return strings.Contains(pkg, "cron") || strings.Contains(pkg, "sched")
	}
	return false
}

func hasAnyPrefix(s string, prefixes ...string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) && (len(s) == len(p) || s[len(p)] < 'a' || s[len(p)] > 'z') {
			return true
		}
	}
	return false
}

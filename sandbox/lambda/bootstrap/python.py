"""The Python runtime: reads events from the Lambda Runtime API and answers with what the handler returns."""

import http.client
import importlib
import json
import os
import resource
import sys
import time
import traceback
import urllib.parse

HOST = os.environ["AWS_LAMBDA_RUNTIME_API"]
PREFIX = "/2018-06-01/runtime/"


class Context:
    """What a handler gets as its second argument."""

    def __init__(self, headers, remaining):
        environ = os.environ
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.function_name = environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        client = headers.get("Lambda-Runtime-Client-Context")
        self.client_context = json.loads(urllib.parse.unquote(client)) if client else None
        self.identity = None
        self._ends = time.monotonic() + remaining

    def get_remaining_time_in_millis(self):
        return max(int((self._ends - time.monotonic()) * 1000), 0)


def request(connection, method, suffix, body=None, headers=None):
    connection.request(method, PREFIX + suffix, body, headers or {})
    response = connection.getresponse()
    return response.headers, response.read()


def post(connection, suffix, text, error_type=None):
    headers = {"Sandbox-Max-Memory-Kb": str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)}
    if error_type:
        headers["Lambda-Runtime-Function-Error-Type"] = error_type
    sys.stdout.flush()
    sys.stderr.flush()
    request(connection, "POST", suffix, text.encode(), headers)


def error_body(error, request_id=""):
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename != __file__]
    return {
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "requestId": request_id,
        "stackTrace": traceback.format_list(own),
    }


def fail_init(connection, error_type, message):
    body = {"errorMessage": message, "errorType": error_type, "requestId": "", "stackTrace": []}
    print("[ERROR] %s: %s" % (error_type, message))
    post(connection, "init/error", json.dumps(body), error_type)
    sys.exit(1)


def load(connection):
    spec = os.environ["_HANDLER"]
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
    if "." not in spec:
        fail_init(connection, "Runtime.MalformedHandlerName", "Bad handler '%s': not enough values to unpack" % spec)
    module_name, name = spec.rsplit(".", 1)
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        fail_init(connection, "Runtime.ImportModuleError", "Unable to import module '%s': %s" % (module_name, error))
    except SyntaxError as error:
        fail_init(connection, "Runtime.UserCodeSyntaxError", "Syntax error in module '%s': %s" % (module_name, error))
    if not hasattr(module, name):
        message = "Handler '%s' missing on module '%s'" % (name, module_name)
        fail_init(connection, "Runtime.HandlerNotFound", message)
    return getattr(module, name)


def serve(connection, handler):
    while True:
        headers, body = request(connection, "GET", "invocation/next")
        request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        os.environ["_X_AMZN_TRACE_ID"] = headers.get("Lambda-Runtime-Trace-Id", "")
        deadline, now = int(headers["Lambda-Runtime-Deadline-Ms"]), float(headers["Sandbox-Time-Ms"])
        context = Context(headers, (deadline - now) / 1000)
        try:
            result = json.dumps(handler(json.loads(body), context))
        except Exception as error:
            failure = error_body(error, request_id)
            print("[ERROR] %s: %s" % (failure["errorType"], failure["errorMessage"]))
            for line in failure["stackTrace"]:
                print(line.rstrip("\n").replace("\n", "\r"))
            post(connection, "invocation/%s/error" % request_id, json.dumps(failure), failure["errorType"])
        else:
            post(connection, "invocation/%s/response" % request_id, result)


def main():
    os.environ.pop("SANDBOX_TIME_MS", None)
    connection = http.client.HTTPConnection(HOST)
    handler = load(connection)
    try:
        serve(connection, handler)
    except (ConnectionError, http.client.HTTPException):
        sys.exit(1)


main()

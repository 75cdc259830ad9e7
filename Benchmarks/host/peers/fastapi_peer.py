"""A peer for Benchmarks/host: FastAPI answering for the state of jobs.

usage: fastapi_peer.py PORT KEY_HASH ANSWER MODE, as gin.go has them. Runs under uvicorn with uvloop and httptools.
"""
import hashlib
import hmac
import json
import sys

import uvicorn
from fastapi import Depends, FastAPI, Header, HTTPException
from fastapi.responses import JSONResponse, Response

port, key_hash, answer, mode = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
with open(answer, "rb") as f:
    ready_bytes = f.read()
job = json.loads(ready_bytes)
jobs = {job["run"]: job}
ready = {job["run"]: ready_bytes}
app = FastAPI()


async def caller(authorization: str = Header("")):
    scheme, _, key = authorization.partition(" ")
    found = hashlib.sha256(key.encode()).hexdigest()
    if scheme != "Bearer" or not hmac.compare_digest(found, key_hash):
        raise HTTPException(401, "a key is needed")


@app.get("/api/v1/runs/{run}", dependencies=[Depends(caller)])
async def status(run: str):
    if run not in jobs:
        raise HTTPException(404, "there is no such run")
    if mode == "bytes":
        return Response(ready[run], media_type="application/json")
    return JSONResponse(jobs[run])


uvicorn.run(
    app, host="127.0.0.1", port=port, loop="uvloop", http="httptools",
    access_log=mode == "logged", log_level="info" if mode == "logged" else "warning")

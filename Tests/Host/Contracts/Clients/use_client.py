"""Makes a film with the Python example: use_client.py KEY PROJECT.json FILM.mp4"""

import json
import sys

import requests

from videocraft_client import VideoCraftAPI


class Client(VideoCraftAPI):
    """The example calls this and leaves it to its reader."""

    def get_job_status(self, job_id):
        response = requests.get(
            f"{self.base_url}/jobs/{job_id}/status", headers=self.get_headers()
        )
        response.raise_for_status()
        return response.json()


key, project, film = sys.argv[1:]
client = Client(key)
with open(project) as file:
    config = json.load(file)
job = client.create_video(config)
status = client.wait_for_completion(job["job_id"])
assert status["status"] == "completed" and status["progress"] == 100, status
bytes = requests.get(
    f"{client.base_url}/videos/{job['video_id']}/download", headers=client.get_headers()
)
bytes.raise_for_status()
with open(film, "wb") as file:
    file.write(bytes.content)

# A job that fails says why, and the example passes it on: this is a file, but nothing that can be heard.
config["scenes"] = [{"id": "one", "elements": [{"type": "audio", "src": project}]}]
job = client.create_video(config)
try:
    client.wait_for_completion(job["job_id"])
    raise SystemExit("a film was made of what is no sound")
except Exception as error:
    assert "Job failed: stage `check`" in str(error) and "project.json" in str(error), error

config["scenes"][0]["elements"][0]["src"] = "/etc/passwd"
try:
    client.create_video(config)
    raise SystemExit("a project with a file that nobody may read was accepted")
except requests.HTTPError as error:
    answer = error.response.json()
    assert error.response.status_code == 400 and answer["code"] == "VALIDATION_ERROR", answer
    assert "scenes[0].elements[0].src" in answer["details"], answer
    assert answer["request_id"] == error.response.headers["X-Request-ID"], answer

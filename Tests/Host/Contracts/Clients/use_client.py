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

# A job that fails says why, and the example passes it on.
config["scenes"] = [{"id": "one", "elements": [{"type": "audio", "src": sys.argv[2]}]}]
try:
    client.create_video(config)
    raise SystemExit("a project with a file that nobody may read was accepted")
except requests.HTTPError as error:
    answer = error.response.json()
    assert error.response.status_code == 400 and answer["code"] == "VALIDATION_ERROR", answer
    assert answer["request_id"] == error.response.headers["X-Request-ID"], answer

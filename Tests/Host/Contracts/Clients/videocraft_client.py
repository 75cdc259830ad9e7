import requests
import time

class VideoCraftAPI:
    def __init__(self, api_key, base_url="http://localhost:3002/api/v1"):
        self.api_key = api_key
        self.base_url = base_url
        self.csrf_token = None
    
    def get_headers(self, include_csrf=False):
        headers = {"Authorization": f"Bearer {self.api_key}"}
        if include_csrf:
            headers["X-CSRF-Token"] = self.get_csrf_token()
        return headers
    
    def get_csrf_token(self):
        if not self.csrf_token:
            response = requests.get(f"{self.base_url}/csrf-token")
            self.csrf_token = response.json()["csrf_token"]
        return self.csrf_token
    
    def create_video(self, config):
        response = requests.post(
            f"{self.base_url}/videos",
            json=config,
            headers=self.get_headers(include_csrf=True)
        )
        response.raise_for_status()
        return response.json()
    
    def wait_for_completion(self, job_id, timeout=300):
        start_time = time.time()
        while time.time() - start_time < timeout:
            status = self.get_job_status(job_id)
            if status["status"] == "completed":
                return status
            elif status["status"] == "failed":
                raise Exception(f"Job failed: {status.get('error')}")
            time.sleep(5)
        raise TimeoutError("Job did not complete within timeout")

class VideoCraftAPI {
  private baseURL = 'http://localhost:3002/api/v1';
  private apiKey: string;
  private csrfToken?: string;

  constructor(apiKey: string) {
    this.apiKey = apiKey;
  }

  async getCSRFToken(): Promise<string> {
    if (!this.csrfToken) {
      const response = await fetch(`${this.baseURL}/csrf-token`);
      const data = await response.json();
      this.csrfToken = data.csrf_token;
    }
    return this.csrfToken;
  }

  async createVideo(config: VideoConfig): Promise<JobResponse> {
    const token = await this.getCSRFToken();
    
    const response = await fetch(`${this.baseURL}/videos`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'Authorization': `Bearer ${this.apiKey}`,
        'X-CSRF-Token': token,
      },
      body: JSON.stringify(config),
    });

    if (!response.ok) {
      throw new Error(`API Error: ${response.status}`);
    }

    return response.json();
  }

  async getJobStatus(jobId: string): Promise<JobStatus> {
    const response = await fetch(`${this.baseURL}/jobs/${jobId}/status`, {
      headers: {
        'Authorization': `Bearer ${this.apiKey}`,
      },
    });

    return response.json();
  }
}

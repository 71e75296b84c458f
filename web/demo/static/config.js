// What the server wrote into this page: see settings in page.go.
export const config = JSON.parse(document.getElementById("config").textContent);

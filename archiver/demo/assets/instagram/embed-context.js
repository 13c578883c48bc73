// The real page hands its script a context object; one picture leaves it empty.
window.__additionalDataLoaded = { contextJSON: JSON.stringify({ gql_data: null }) };
document.documentElement.className = "js";

export const form = document.querySelector("form");

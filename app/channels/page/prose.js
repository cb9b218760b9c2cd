// Shows HTML that the desk made from articles and answers, and tells which footnote or article was clicked.
// The HTML is escaped in Python already; this is the second wall: what is not on the list does not reach the page.
const TAGS = new Set(("P H1 H2 H3 H4 H5 H6 UL OL LI BLOCKQUOTE PRE CODE EM STRONG S HR BR TABLE THEAD TBODY TR TH TD " +
  "MARK SPAN DIV BUTTON").split(" "))
const ATTRIBUTES = new Set(["class", "type", "title", "data-mark", "data-article", "aria-label"])

function safe(html) {
  const body = new DOMParser().parseFromString(html, "text/html").body
  for (const element of [...body.querySelectorAll("*")]) {
    if (!TAGS.has(element.tagName)) {
      element.remove()
      continue
    }
    for (const { name } of [...element.attributes]) {
      if (!ATTRIBUTES.has(name)) element.removeAttribute(name)
    }
  }
  return [...body.childNodes]
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".prose")
  if (root.shown !== data.html) {
    root.shown = data.html
    root.className = `prose ${data.kind}`
    root.replaceChildren(...safe(data.html))
    if (data.seek) (root.querySelector("mark.found") ?? root.querySelector("mark"))?.scrollIntoView({ block: "center" })
  }
  root.onclick = (event) => {
    const chosen = event.target.closest("[data-mark], [data-article]")
    if (chosen) setTriggerValue("chosen", { mark: Number(chosen.dataset.mark ?? 0), article: chosen.dataset.article ?? "" })
  }
}

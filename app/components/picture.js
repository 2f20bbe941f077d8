// The picture of a row's item; of an item without one an empty place of the same size. Nothing but a picture of ours.
function pictureOf(address) {
  const made = document.createElement("span");
  made.className = "picture";
  if (!address || !/^\/(?!\/)/.test(address)) return made;
  const image = document.createElement("img");
  image.alt = "";
  image.loading = "lazy";
  image.draggable = false;
  image.src = address;
  made.append(image);
  return made;
}

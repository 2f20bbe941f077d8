// The sign of an item that is not among the points: a star with a word beside it.
function drawStar(context, [left, top], text, width, colours) {
  context.beginPath();
  for (let corner = 0; corner < 10; corner++) {
    const radius = corner % 2 ? 5.5 : 13;
    const angle = (corner * Math.PI) / 5 - Math.PI / 2;
    context.lineTo(left + radius * Math.cos(angle), top + radius * Math.sin(angle));
  }
  context.closePath();
  context.lineJoin = "round";
  context.strokeStyle = colours.background;
  context.lineWidth = 5;
  context.stroke();
  context.fillStyle = "#e0143c"; // no category has it
  context.fill();
  const right = left < width / 2;
  context.font = "650 13px " + colours.font;
  context.textAlign = right ? "left" : "right";
  context.textBaseline = "middle";
  const start = left + (right ? 17 : -17);
  context.strokeText(text, start, top);
  context.fillStyle = colours.text;
  context.fillText(text, start, top);
}

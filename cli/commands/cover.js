// Shows what is known of the occurrence under the pointer, within the window.
const tip = document.getElementById('tip');
function show(event) {
  const place = event.target.closest('.o');
  if (!place) { tip.style.display = 'none'; return; }
  tip.innerHTML = place.nextElementSibling.innerHTML;
  tip.style.display = 'block';
  const box = place.getBoundingClientRect(), width = innerWidth - tip.offsetWidth - 8;
  const below = box.bottom + tip.offsetHeight + 12 < innerHeight;
  tip.style.left = Math.max(8, Math.min(box.left, width)) + 'px';
  tip.style.top = Math.max(8, below ? box.bottom + 6 : box.top - tip.offsetHeight - 6) + 'px';
}
document.addEventListener('mouseover', show);
document.addEventListener('focusin', show);
document.addEventListener('scroll', () => tip.style.display = 'none');

"""What each call needs: actions, the resources they are asked on, and the keys of conditions."""

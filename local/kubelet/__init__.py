"""The process kubelet: runs the pods of a real API server as processes of this machine."""

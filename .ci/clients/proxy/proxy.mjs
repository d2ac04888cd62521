// Node 20's own fetch knows no HTTPS_PROXY. Loaded before the client, whose file
// stays as it is, this is what NODE_USE_ENV_PROXY does in later versions.
import { EnvHttpProxyAgent, setGlobalDispatcher } from "undici";

setGlobalDispatcher(new EnvHttpProxyAgent());

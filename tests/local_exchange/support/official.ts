import { ExchangeApi } from "kalshi-typescript";

/**
 * Kalshi's own client hangs the signing of every configuration on one axios for the whole process, so that a
 * second account's calls carry the first one's key. This takes what is hung there off again.
 */
export function forgetOtherAccounts(): void {
  const { axios } = new ExchangeApi() as unknown as {
    axios: { interceptors: { request: { clear(): void } } };
  };
  axios.interceptors.request.clear();
}

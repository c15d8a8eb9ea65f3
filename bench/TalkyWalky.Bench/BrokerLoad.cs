namespace TalkyWalky.Bench;

/// <param name="Window">Publications under way at once, for each pair.</param>
/// <param name="Size">Bytes of a payload.</param>
/// <param name="Rate">Offered messages a second over all pairs; 0 for as many as the windows allow.</param>
internal sealed record BrokerLoad(TimeSpan Duration, int Pairs, int Window, int Size, int Rate);

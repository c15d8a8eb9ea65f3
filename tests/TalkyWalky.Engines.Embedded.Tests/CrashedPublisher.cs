using System.Globalization;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Embedded.Tests;

/// <summary>The process that is killed: it publishes numbers for ever and prints each one that was accepted.</summary>
internal static class CrashedPublisher
{
    private const int Publishers = 8;

    public static async Task<int> RunAsync(string file, string deviceText)
    {
        if (!DeviceId.TryParse(deviceText, out var device)) return 2;
        await using var engines = await EmbeddedEngines.OpenAsync(file, new EmbeddedOptions(MailboxLimits.Default), TimeProvider.System, CancellationToken.None);
        await engines.Broker.CreateMailboxAsync(device, CancellationToken.None);
        var next = 0;
        var output = Console.Out;
        await Task.WhenAll(Enumerable.Range(0, Publishers).Select(_ => Task.Run(async () =>
        {
            while (true)
            {
                var number = Interlocked.Increment(ref next).ToString(CultureInfo.InvariantCulture);
                var publication = new Publication(System.Text.Encoding.UTF8.GetBytes(number), [new Address(device, default)]);
                if (await engines.Broker.PublishAsync(publication, CancellationToken.None) is not PublishOutcome.Accepted) return;
                lock (output)
                {
                    output.WriteLine(number);
                    output.Flush();
                }
            }
        })));
        return 1;
    }
}

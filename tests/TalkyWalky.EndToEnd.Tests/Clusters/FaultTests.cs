using TalkyWalky.Client;
using TalkyWalky.Testing;
using TalkyWalky.Wire;
using Xunit.Abstractions;

namespace TalkyWalky.EndToEnd.Tests.Clusters;

/// <summary>Twenty people on deploy/try cluster write to each other and in a room while one thing after the other fails.</summary>
[Collection(TryCluster.OneAtATime)]
public sealed class FaultTests(ITestOutputHelper output)
{
    private const string Room = "crowd";
    private const int People = 20;

    private static readonly int Messages = Effort.Count(usual: 60, full: 2000);
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(50);

    private readonly TotalQueue _queue = new();
    private readonly List<Talker> _talkers = [];

    [Fact]
    public async Task EachFault_WhatWasAcceptedIsDelivered_OnceAndInOrder()
    {
        await using var cluster = await TryCluster.StartAsync();
        try
        {
            await GatherAsync(cluster);
            foreach (var (name, doAsync) in Faults.All) await RunAsync(cluster, name, doAsync);
            await WriteTableAsync([.. Faults.All.Select(fault => _queue.Judge(fault.Name))]);
        }
        finally
        {
            foreach (var talker in _talkers) await talker.DisposeAsync();
        }
    }

    private async Task GatherAsync(TryCluster cluster)
    {
        Assert.True(JoinLink.TryParse(cluster.Join, out var link, out var error), error);
        foreach (var number in Enumerable.Range(1, People))
        {
            var name = $"p{number:00}";
            _talkers.Add(await Talker.RegisterAsync(link, name, Path.Combine(cluster.People, name), _queue));
        }

        await _talkers[0].RoomAsync(new RoomRequest.Create(Room, "", IsOpen: false));
        await _talkers[0].RoomAsync(new RoomRequest.Add(Room, [.. _talkers.Skip(1).Select(static talker => talker.Name)]));
    }

    // People write from before the fault until after it, at least so many messages.
    private async Task RunAsync(TryCluster cluster, string fault, Func<TryCluster, Task> doAsync)
    {
        var writing = 0;
        await WriteAsync(Messages / 4);
        var failing = doAsync(cluster);
        while (!failing.IsCompleted || writing < Messages) await WriteAsync(1);
        await failing;
        try
        {
            await TryCluster.UntilAsync(() => _queue.IsSettled(fault), $"not everything came: {_queue.Judge(fault)}");
        }
        catch (Xunit.Sdk.XunitException)
        {
            foreach (var talker in _talkers) output.WriteLine(await talker.StatusAsync());
            throw;
        }

        output.WriteLine($"{_queue.Judge(fault)}");

        async Task WriteAsync(int count)
        {
            for (var i = 0; i < count; i++, writing++)
            {
                await WriteOneAsync(fault, writing);
                await Task.Delay(Beat); // people, not a benchmark: what is measured is what a fault does to them
            }
        }
    }

    private async Task WriteOneAsync(string fault, int number)
    {
        var author = _talkers[number % People];
        var round = number / People;
        var text = $"{fault} {number:00000}";
        if ((number + round) % 5 == 0)
        {
            _queue.Write(fault, author.Name, Room, _talkers.Where(other => other != author).Select(static other => other.Name), text);
            await author.WriteAsync(Target.Room(Room), text);
        }
        else
        {
            var reader = _talkers[(number + 1 + (round % 3)) % People].Name;
            _queue.Write(fault, author.Name, reader, [reader], text);
            await author.WriteAsync(Target.Person(reader), text);
        }
    }

    private async Task WriteTableAsync(List<Verdict> verdicts)
    {
        var table = string.Join('\n', [Verdict.Head, .. verdicts]);
        output.WriteLine(table);
        var folder = Directory.CreateDirectory(Path.Combine(Repository.Root, "artifacts"));
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "faults.md"), table + "\n");
        Assert.Empty(_queue.Wrong);
        Assert.All(verdicts, static verdict => Assert.True(verdict.IsGood, verdict.ToString()));
    }
}

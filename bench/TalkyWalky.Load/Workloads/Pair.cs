using System.Diagnostics;
using TalkyWalky.Load.Measuring;
using TalkyWalky.Load.Peers;

namespace TalkyWalky.Load.Workloads;

/// <summary>One who sends and one who receives. Messages of one sender arrive in order, so the oldest time under way is that of the next one to arrive.</summary>
internal sealed class Pair
{
    private readonly ChatClient _sender;
    private readonly Lock _gate = new();
    private readonly Queue<long> _underWay = new();
    private readonly Latencies _latencies = new();
    private int _window, _unanswered;
    private long _delivered;

    public Pair(ChatClient sender, ChatClient receiver, bool answers)
    {
        _sender = sender;
        receiver.Delivered = count => Arrived(count, isAnswer: !answers);
        if (answers) sender.Answered = Answer;
    }

    public long Delivered
    {
        get
        {
            lock (_gate) return _delivered;
        }
    }

    public bool IsQuiet
    {
        get
        {
            lock (_gate) return _underWay.Count == 0;
        }
    }

    /// <summary>Keeps so many unanswered from now on; with 0 it sends no more.</summary>
    public void Saturate(int window)
    {
        lock (_gate)
        {
            _window = window;
            Fill();
        }
    }

    public void SendOne()
    {
        lock (_gate) Send(1);
    }

    public void ForgetLatencies()
    {
        lock (_gate) _latencies.Clear();
    }

    public void AddLatenciesTo(Latencies all)
    {
        lock (_gate) all.Add(_latencies);
    }

    private void Arrived(int count, bool isAnswer)
    {
        lock (_gate)
        {
            var now = Stopwatch.GetTimestamp();
            for (var i = 0; i < count; i++) _latencies.Add(now - _underWay.Dequeue());
            _delivered += count;
            if (!isAnswer) return;
            _unanswered -= count;
            Fill();
        }
    }

    private void Answer(int count)
    {
        lock (_gate)
        {
            _unanswered -= count;
            Fill();
        }
    }

    private void Fill()
    {
        if (_window > _unanswered) Send(_window - _unanswered);
    }

    private void Send(int count)
    {
        var now = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++) _underWay.Enqueue(now);
        _unanswered += count;
        _sender.Send(count);
    }
}

namespace GpuVSphere.Readiness.Decision;

/// <summary>What is to run.</summary>
public enum GpuWorkload
{
    /// <summary>Logistic regression on tables.</summary>
    LogisticRegression,

    /// <summary>Random forests on tables.</summary>
    RandomForest,

    /// <summary>Gradient boosting (XGBoost) on tables.</summary>
    XGBoost,

    /// <summary>KMeans clustering on tables.</summary>
    KMeans,

    /// <summary>Deep neural networks on data without a structure.</summary>
    DeepLearning,

    /// <summary>Deep learning on images and video.</summary>
    Image,

    /// <summary>Deep learning on voice.</summary>
    Voice,

    /// <summary>Deep learning on text, language models among it.</summary>
    Text,

    /// <summary>High-performance computing, such as genomic sequencing or Monte-Carlo analysis.</summary>
    Hpc,

    /// <summary>A database that uses GPUs.</summary>
    GpuDatabase,

    /// <summary>A data-science workstation.</summary>
    Workstation,
}
